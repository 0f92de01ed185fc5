import {readFileSync} from 'node:fs';

/** A database that can be reached through a connection service file. */
export interface Service {
	readonly name: string;
	readonly host: string;
	readonly port: string;
	readonly user: string;
	readonly password: string;
	readonly dbname: string;
}

/**
 * Reads a connection service file, as libpq does.
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export function readServices(file: string): Service[] {
	return read(file).split(/^\[/m).slice(1).map(section => {
		const [head = '', ...lines] = section.split('\n');
		const values = Object.fromEntries(lines.filter(line => line.includes('=')).map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
		const {host = '', port = '', user = '', password = '', dbname = ''} = values;
		return {host, port, user, password, dbname, name: head.replace(/\].*$/, '')};
	});
}

function read(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		// Nothing was kept.
		return '';
	}
}

/** A URL with the password in it. A socket folder is a parameter, since it is no host of a URL. */
export function urlOf({host, port, user, password, dbname}: Service): string {
	const isSocket = host.startsWith('/');
	const url = new URL(`postgres://${isSocket ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}/${dbname}`);
	url.username = user;
	url.password = encodeURIComponent(password);
	if (isSocket) {
		url.searchParams.set('host', host);
	}

	return url.href;
}
