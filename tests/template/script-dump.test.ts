import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {withClient} from '#lib/postgres/client.js';
import {parseScript} from '#lib/template/script/parse.js';
import {runScript} from '#lib/template/script/run.js';
import {withScratchServer} from '../helpers/scratch-server.ts';

/** The unchanged output of `pg_dump -C --no-owner --no-privileges` 15.18, of a database made to be hard to read. */
const dump = String.raw`--
-- PostgreSQL database dump
--

\restrict 8JF9N6qpPAzpFNNvA7DFkZpTzdLm9olhKGyXRSCTjo41vdI93dOdykaLwvmS0UC

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: shop; Type: DATABASE; Schema: -; Owner: -
--

CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8';


\unrestrict 8JF9N6qpPAzpFNNvA7DFkZpTzdLm9olhKGyXRSCTjo41vdI93dOdykaLwvmS0UC
\connect shop
\restrict 8JF9N6qpPAzpFNNvA7DFkZpTzdLm9olhKGyXRSCTjo41vdI93dOdykaLwvmS0UC

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: DATABASE shop; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON DATABASE shop IS 'the shop';


--
-- Name: app; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA app;


--
-- Name: status; Type: TYPE; Schema: app; Owner: -
--

CREATE TYPE app.status AS ENUM (
    'open',
    'paid; or not'
);


--
-- Name: kind(integer); Type: FUNCTION; Schema: app; Owner: -
--

CREATE FUNCTION app.kind(n integer) RETURNS text
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN (n > 1) THEN 'many'::text
             ELSE 'one'::text
         END AS "case";
END;


--
-- Name: total(); Type: FUNCTION; Schema: app; Owner: -
--

CREATE FUNCTION app.total() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
begin
	/* it's a body; COPY x FROM stdin;
\echo inside */
	return (select count(*) from app.orders);
end
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: empty; Type: TABLE; Schema: app; Owner: -
--

CREATE TABLE app.empty (
    a integer
);


--
-- Name: orders; Type: TABLE; Schema: app; Owner: -
--

CREATE TABLE app.orders (
    id integer NOT NULL,
    user_id bigint NOT NULL,
    status app.status DEFAULT 'open'::app.status NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: app; Owner: -
--

CREATE TABLE app.users (
    id bigint NOT NULL,
    name text NOT NULL,
    note text DEFAULT 'a;b''c'::text
);


--
-- Name: TABLE users; Type: COMMENT; Schema: app; Owner: -
--

COMMENT ON TABLE app.users IS 'first line;
\restrict is no command here
COPY x FROM stdin;';


--
-- Data for Name: empty; Type: TABLE DATA; Schema: app; Owner: -
--

COPY app.empty (a) FROM stdin;
\.


--
-- Data for Name: orders; Type: TABLE DATA; Schema: app; Owner: -
--

COPY app.orders (id, user_id, status) FROM stdin;
1	1	open
2	2	open
\.


--
-- Data for Name: users; Type: TABLE DATA; Schema: app; Owner: -
--

COPY app.users (id, name, note) FROM stdin;
1	Ada	tab\there
2	Zoë 😀	\N
3	it's	line\nbreak \\ and "quote"
4	$$	\\.
\.


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: orders_user; Type: INDEX; Schema: app; Owner: -
--

CREATE INDEX orders_user ON app.orders USING btree (user_id) WHERE (status = 'open'::app.status);


--
-- Name: orders orders_user_id_fkey; Type: FK CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.orders
    ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id);


--
-- PostgreSQL database dump complete
--

\unrestrict 8JF9N6qpPAzpFNNvA7DFkZpTzdLm9olhKGyXRSCTjo41vdI93dOdykaLwvmS0UC

`;

/** Runs a script in an empty database, and gives what it did together with one row of what is there afterwards. */
async function runAndAsk(t: ExecutionContext, script: {file: string; text: string}, question: string): Promise<Record<string, unknown>> {
	return withClient(await withScratchServer(t), async client => {
		const result = await runScript(client, script);
		const {rows} = await client.query<Record<string, unknown>>(question);
		return {...result, ...rows[0]};
	});
}

test('a dump is taken apart without a remainder', async t => {
	const steps = await parseScript(dump);
	const copies = steps.filter(step => step.kind === 'copy');
	t.deepEqual(copies.map(({data}) => data.split('\n').length - 1), [0, 2, 4]);
	t.deepEqual(steps.filter(step => step.kind === 'meta').map(({text}) => text.split(' ').slice(0, 2).join(' ').replace(/ct .{60,}/, 'ct')), [
		'\\restrict', 'CREATE DATABASE', '\\unrestrict', '\\connect shop', '\\restrict', 'COMMENT ON', '\\unrestrict',
	]);
	t.true(steps.some(step => step.kind === 'statement' && step.command === 'CREATE FUNCTION' && step.sql.endsWith('END AS "case";\nEND;')));
});

test('a dump gives the database that was dumped', async t => {
	const result = await runAndAsk(t, {file: 'dump.sql', text: dump}, `
		select (select count(*)::int from app.orders) as orders, app.kind(2), app.total()::int,
			(select json_agg(note order by id) from app.users) as notes, obj_description('app.users'::regclass) as comment,
			current_setting('search_path') as path`);
	t.like(result, {
		copiedRows: 6,
		orders: 2,
		kind: 'many',
		total: 2,
		notes: ['tab\there', null, 'line\nbreak \\ and "quote"', '\\.'],
		comment: 'first line;\n\\restrict is no command here\nCOPY x FROM stdin;',
		path: '"$user", public',
	});
});

test('a dump with Windows line ends gives the same rows', async t => {
	const text = dump.replaceAll('\n', '\r\n');
	const result = await runAndAsk(t, {file: 'dump.sql', text}, 'select json_agg(note order by id) as notes from app.users');
	t.like(result, {copiedRows: 6, notes: ['tab\there', null, 'line\nbreak \\ and "quote"', '\\.']});
});

const chinook = path.resolve(import.meta.dirname, '../../../shared/data/chinook.sql');
const chinookRows = {
	album: 347, artist: 275, customer: 59, employee: 8, genre: 25, invoice: 412,
	invoice_line: 2240, media_type: 5, playlist: 18, playlist_track: 8715, track: 3503,
};

(existsSync(chinook) ? test : test.skip)('a script of 600 kB gives its 11 tables with all rows (skipped where chinook.sql is missing)', async t => {
	const text = await readFile(chinook, 'utf8');
	const counts = Object.keys(chinookRows).map(table => `(select count(*)::int from ${table}) as ${table}`);
	const tables = 'select count(*)::int from information_schema.tables where table_schema = \'public\'';
	const result = await runAndAsk(t, {file: 'chinook.sql', text}, `select ${counts.join(', ')}, (${tables}) as tables`);
	t.like(result, {...chinookRows, tables: 11, statements: 57, copiedRows: 0});
});
