import test from 'ava';
import {parseScript} from '#lib/template/script/parse.js';
import type {ScriptStep} from '#lib/template/script/step.js';

async function sqlOf(text: string): Promise<string[]> {
	const steps = await parseScript(text);
	return steps.map(step => step.kind === 'meta' ? step.text : step.sql);
}

/** Puts a step in one line: kind, place, and what it holds. */
function summary(step: ScriptStep): string {
	const held = step.kind === 'meta' ? step.text : step.sql;
	return `${step.kind} ${step.line}:${step.column} ${held}`;
}

async function summariesOf(text: string): Promise<string[]> {
	return (await parseScript(text)).map(step => summary(step));
}

test('a semicolon ends a statement, and the last statement needs none', async t => {
	t.deepEqual(await sqlOf('select 1;;\n ; select (2);select 3'), ['select 1;', 'select (2);', 'select 3']);
});

test('a text without statements has no steps', async t => {
	t.deepEqual(await parseScript(''), []);
	t.deepEqual(await parseScript(' \n-- nothing; here\n/* nor; here */\n'), []);
});

test('comments may nest and hold semicolons and quotes', async t => {
	t.deepEqual(await summariesOf('/* it\'s /* nested; */ still\n\\one */ select 1; -- don\'t;\nselect /* ; */ 2;'), [
		'statement 2:9 select 1;',
		'statement 3:1 select /* ; */ 2;',
	]);
});

test('strings and quoted names hide semicolons', async t => {
	const statements = [
		String.raw`select E'it\'s; \\', 'it''s; \';`, 'select "a;""b;";', 'select U&\'\\0041;\', B\'1\', $1$ from t;'.replace('$1$', '$a1$;$a1$'),
	];
	t.deepEqual(await sqlOf(statements.join('\n')), statements);
});

test('a string that goes on in the next line keeps its escapes', async t => {
	const statements = ['select E\'stdin\'\n\'b\\\';\';', 'select 2;'];
	t.deepEqual(await sqlOf(statements.join('\n')), statements);
});

test('dollar quotes end at their own tag', async t => {
	const statements = ['do $body$ begin perform $$;$$, $x$;$x$; end $body$;', 'select $$it\'s;$$;', 'select $é$;$$;$é$;'];
	t.deepEqual(await sqlOf(statements.join('\n')), statements);
});

test('a function body in the SQL standard\'s form is one statement, CASE included', async t => {
	const body = `create or replace function f(n int) returns int begin atomic
	select case when n > 1 then (case n when 2 then 3 end) end;
	select case n when 1 then 2 else case when true then 3 end end;
end;`;
	const block = 'begin;\nselect case when true then 1 end;\nend;';
	t.deepEqual(await sqlOf(`${body}\n${block}`), [body, ...block.split('\n')]);
});

test('BEGIN, CASE and END are names where they are no body', async t => {
	const statements = ['create view v as select 1 as begin;', 'create function f() returns int begin atomic select 1 as end; select 2 as case; end;', 'select 1;'];
	t.deepEqual(await sqlOf(statements.join('\n')), statements);
});

test('a rule with several commands is one statement', async t => {
	const rule = 'create rule r as on insert to t do also (insert into a values (1); delete from b);';
	t.deepEqual(await sqlOf(`${rule} select 1;`), [rule, 'select 1;']);
});

test('rows follow COPY FROM stdin, in any case and over several lines', async t => {
	const [first, second, third, last] = await parseScript([
		'copy public.t (a, b)', '  From', 'STDIN with (delimiter \';\'); -- rows:', '1;it\'s "', '\\N;$$ /*\\\\.', 'select 1;', '\\.',
		'COPY more FROM stdin', ';', 'don\'t', '\\.', 'COPY empty FROM stdin;', '\\.', 'select 2;',
	].join('\n'));
	t.like(first, {kind: 'copy', line: 1, column: 1, dataLine: 4, data: '1;it\'s "\n\\N;$$ /*\\\\.\nselect 1;\n'});
	t.like(second, {kind: 'copy', sql: 'COPY more FROM stdin\n;', data: 'don\'t\n', line: 8});
	t.like(third, {kind: 'copy', data: '', line: 12});
	t.like(last, {kind: 'statement', sql: 'select 2;', line: 14});
});

test('COPY that takes no rows from the script is a statement', async t => {
	const statements = ['COPY (select 1 from stdin) TO stdout;', 'copy t from \'/stdin\';', 'copy t to stdin;', 'delete from stdin;', 'select 1;'];
	t.deepEqual(await sqlOf(statements.join('\n')), statements);
});

test('text that looks like COPY or psql inside a token stays where it is', async t => {
	const statements = [
		'create function f() returns void language plpgsql as $$\nbegin\n\\restrict\nCOPY x FROM stdin;\n1\n\\.\nend $$;',
		'select \'\n\\connect a\n\'\'\n\\.\nstdin;\', E\'\\\n\\x\\\'\n\\y\';',
		'select "\n\\a\n""\nstdin\n\\b";',
		'select $é$\n\\x\n$é$, /* /*\n\\x */ */ \'a\'\n\'\n\\x\n\';',
	];
	t.deepEqual(await sqlOf(`/*\n\\a\n/*\n\\b */\nCOPY x FROM stdin;\n*/\n${statements.join('\n')}`), statements);
});

test('an escaped quote at the end of a string does not hide the next line of psql', async t => {
	t.deepEqual(await sqlOf('select E\'\n\\x\n\\\'\';\n\\echo it\nselect \'b\';'), ['select E\'\n\\x\n\\\'\';', '\\echo it', 'select \'b\';']);
});

test('lines of psql between statements are recognised and not SQL', async t => {
	t.deepEqual(await summariesOf('\\restrict it\'s$$\nselect 1;\n  \\echo "\nselect 2;\n\\unrestrict x'), [
		'meta 1:1 \\restrict it\'s$$',
		'statement 2:1 select 1;',
		'meta 3:3 \\echo "',
		'statement 4:1 select 2;',
		'meta 5:1 \\unrestrict x',
	]);
});

test('statements about a database as a whole are not to be run', async t => {
	const whole = [
		'CREATE DATABASE shop WITH TEMPLATE = template0;', 'DROP DATABASE shop;', 'ALTER DATABASE shop OWNER TO me;',
		'ALTER ROLE me IN DATABASE shop SET work_mem = \'1MB\';', 'COMMENT ON DATABASE shop IS \'x\';', 'GRANT CONNECT ON DATABASE shop TO me;',
	];
	const others = ['CREATE TABLE t (database text);', 'COMMENT ON TABLE database IS \'database\';', 'ALTER TABLE t ADD database text;'];
	const steps = await parseScript([...whole, ...others].join('\n'));
	t.deepEqual(steps.map(({kind}) => kind), [...whole.map(() => 'meta'), ...others.map(() => 'statement')]);
});

test('a statement says which command it is', async t => {
	const steps = await parseScript('create or replace view v as select 1; insert into t values (1); vacuum; alter type e add value \'x\'');
	t.deepEqual(steps.map(step => step.kind === 'statement' && step.command), ['CREATE VIEW', 'INSERT', 'VACUUM', 'ALTER TYPE']);
});

test('Windows line ends and a byte order mark change no position', async t => {
	const text = '\uFEFFselect 1;\r\n\\restrict x\r\nCOPY t FROM stdin;\r\n1\r\n\\.\r\n select 2;\r\n';
	t.deepEqual(await summariesOf(text), ['statement 1:1 select 1;', 'meta 2:1 \\restrict x', 'copy 3:1 COPY t FROM stdin;', 'statement 6:2 select 2;']);
	t.like((await parseScript(text))[2], {data: '1\r\n'});
});

test('a column counts characters, however many bytes they take', async t => {
	t.deepEqual(await summariesOf('select \'é€😀\'; select 2;\n/* 😀 */ select "ñ";'), [
		'statement 1:1 select \'é€😀\';', 'statement 1:15 select 2;', 'statement 2:9 select "ñ";',
	]);
});

test('control characters are read like any others', async t => {
	t.deepEqual(await sqlOf('select \'\u0001\u001F\';\fselect\v2;'), ['select \'\u0001\u001F\';', 'select\v2;']);
});

test('a text longer than one piece is read without a seam', async t => {
	const statement = `create function f() returns text language sql as $x$ select 'it''s; é'\n || E'\\';' $x$;`;
	t.deepEqual(await sqlOf(`${statement}\n`.repeat(9000)), Array.from({length: 9000}, () => statement));
});

const broken = {
	'a string': ['select 1;\nselect \'é\',\n  \'abc;\nselect 2;', 'x.sql:3:3', 'string'],
	'an escape string': ['select E\'abc\\\'\n;', 'x.sql:1:8', 'string'],
	'a quoted name': ['select 1 as "abc', 'x.sql:1:13', 'quoted name'],
	'a dollar quote': ['select 1;\n\ndo $a$ $$ $b$', 'x.sql:3:4', 'dollar quote'],
	'a comment': ['select 1; /* a /* b */\n\\x\nselect 2;', 'x.sql:1:11', 'comment'],
	'a string with lines of psql': ['select 1;\nselect \'\n\\a\n\\b', 'x.sql:2:8', 'string'],
} as const;

for (const [name, [text, place, kind]] of Object.entries(broken)) {
	test(`${name} without an end is reported where it begins`, async t => {
		const error = await t.throwsAsync(parseScript(text, 'x.sql'), {code: 'ERR_TEMPLATE_SQL'});
		t.true(error.message.startsWith(`${place} cannot be read: the ${kind} that begins here does not end`), error.message);
	});
}

test('a missing quote is also looked for in the statement that it may have swallowed', async t => {
	const error = await t.throwsAsync(parseScript('select 1;\ninsert into t values (\'x);\ninsert into t values (\'y\');', 'x.sql'));
	t.regex(error.message, /^x\.sql:3:25 .*that begins at x\.sql:2:1,/s);
});

test('what only the scanner refuses is reported in its words', async t => {
	const error = await t.throwsAsync(parseScript('select 1;\nselect \'é\', "";', 'x.sql'), {code: 'ERR_TEMPLATE_SQL'});
	t.regex(error.message, /^x\.sql:2:13 cannot be read: zero-length delimited identifier/);
});

test('a psql command behind SQL is refused', async t => {
	for (const text of ['select 1 \\gexec', 'select 1\n\\gexec', 'select 1; \\echo don\'t\n']) {
		await t.throwsAsync(parseScript(text), {code: 'ERR_TEMPLATE_SQL', message: /follows SQL/});
	}
});

test('COPY without its last line, or with SQL before its rows, is refused', async t => {
	await t.throwsAsync(parseScript('copy t from stdin;\n1\n\\.x\n'), {code: 'ERR_TEMPLATE_SQL', message: /^script:1:1 .*do not end/});
	await t.throwsAsync(parseScript('copy t from stdin; select 1;\n1\n\\.\n'), {code: 'ERR_TEMPLATE_SQL', message: /^script:1:20 /});
});

test('a NUL character is refused', async t => {
	await t.throwsAsync(parseScript('select 1;\ns\0e', 'x.sql'), {code: 'ERR_TEMPLATE_SQL', message: /^x\.sql:2:2 .*UTF-16/s});
});
