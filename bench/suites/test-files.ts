import {testsVariable} from './project.ts';

/** How many tests a file is to declare. */
export const count = `const count = Number(process.env.${testsVariable});`;

/** Where a worker writes down what it occupies, if it is told to. */
export const memoryVariable = 'BENCH_MEMORY_FILE';

/** The fact after the last test of a file, in bytes; garbage that was not collected counts, as it does for the machine. */
const memory = `
if (process.env.${memoryVariable}) {
	const {appendFileSync} = await import('node:fs');
	test.after.always(() => appendFileSync(process.env.${memoryVariable}, process.memoryUsage.rss() + '\\n'));
}
`;

/** Nothing but AVA. */
export const emptyFile = `import test from 'ava';

${count}
${memory}
for (let number = 1; number <= count; number++) {
	test('nothing happens ' + number, t => {
		t.pass();
	});
}
`;

/** Three inserts, a join, and a look for what other tests with the same keys have left, written with Kysely. */
const keepByKysely = `
const id = 100_000;
async function keepInvoice(t, db) {
	await db.insertInto('customer').values({customer_id: id, first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com'}).execute();
	await db.insertInto('invoice').values({invoice_id: id, customer_id: id, invoice_date: '2024-05-06', total: '1.98'}).execute();
	await db.insertInto('invoice_line').values({invoice_line_id: id, invoice_id: id, track_id: 1, unit_price: '0.99', quantity: 2}).execute();
	const rows = await db.selectFrom('invoice_line')
		.innerJoin('invoice', 'invoice.invoice_id', 'invoice_line.invoice_id')
		.innerJoin('customer', 'customer.customer_id', 'invoice.customer_id')
		.innerJoin('track', 'track.track_id', 'invoice_line.track_id')
		.select(['customer.email', 'track.name', 'invoice.total', 'invoice_line.quantity'])
		.where('customer.customer_id', '=', id).execute();
	t.is(rows.length, 1);
	t.is(rows[0].email, 'ada@example.com');
	const others = await db.selectFrom('customer').select(({fn}) => fn.countAll().as('count')).where('customer_id', '>=', id).executeTakeFirstOrThrow();
	t.is(Number(others.count), 1);
}
`;

/** A test with the harness, on one of the things that a context gives. */
const harnessTests = (given: 'db' | 'pool'): string => `
for (let number = 1; number <= count; number++) {
	test('an invoice is kept ' + number, tddTestContext, async (t, {${given}}) => {
		await keepInvoice(t, ${given});
	});
}
`;

const harnessHead = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

${count}
${memory}`;

/** The suite with the harness. */
export const harnessFile = `${harnessHead}${keepByKysely}${harnessTests('db')}`;

/** The same five statements as text, for whatever has a `query`. */
export const keepInvoice = `
const id = 100_000;
async function keepInvoice(t, client) {
	await client.query('insert into customer (customer_id, first_name, last_name, email) values ($1, $2, $3, $4)', [id, 'Ada', 'Lovelace', 'ada@example.com']);
	await client.query('insert into invoice (invoice_id, customer_id, invoice_date, total) values ($1, $2, $3, $4)', [id, id, '2024-05-06', '1.98']);
	await client.query('insert into invoice_line (invoice_line_id, invoice_id, track_id, unit_price, quantity) values ($1, $2, $3, $4, $5)', [id, id, 1, '0.99', 2]);
	const {rows} = await client.query(\`select customer.email, track.name, invoice.total, invoice_line.quantity from invoice_line
		join invoice on invoice.invoice_id = invoice_line.invoice_id
		join customer on customer.customer_id = invoice.customer_id
		join track on track.track_id = invoice_line.track_id
		where customer.customer_id = $1\`, [id]);
	t.is(rows.length, 1);
	t.is(rows[0].email, 'ada@example.com');
	const others = await client.query('select count(*) as count from customer where customer_id >= $1', [id]);
	t.is(Number(others.rows[0].count), 1);
}
`;

/** One test after the other on one client. */
export const serialTests = `
for (let number = 1; number <= count; number++) {
	test.serial('an invoice is kept ' + number, async t => {
		await keepInvoice(t, client);
	});
}
`;

/** Each test between BEGIN and ROLLBACK. */
export const rolledBack = `
test.beforeEach(async () => {
	await client.query('begin');
});
test.afterEach.always(async () => {
	await client.query('rollback');
});
`;

const statements = `${keepInvoice}${rolledBack}${serialTests}`;

/** The suite with the harness, and without Kysely. */
export const harnessSqlFile = `${harnessHead}${keepInvoice}${harnessTests('pool')}`;

/** Where the hand-written variant finds its server, as JSON for pg. */
export const serverVariable = 'BENCH_SERVER';

/** A database of its own for a file, and a connection to it, `client`. */
export const ownDatabase = ({create = ' template bench_template strategy file_copy', imports = '', afterwards = ''} = {}): string => `import {randomUUID} from 'node:crypto';
${imports}import test from 'ava';
import pg from 'pg';

${count}
const server = JSON.parse(process.env.${serverVariable});
let client;

test.before(async () => {
	const database = 'bench_' + randomUUID().replaceAll('-', '');
	const admin = new pg.Client({...server, database: 'postgres'});
	await admin.connect();
	await admin.query('create database ' + database + '${create}');
	await admin.end();
	client = new pg.Client({...server, database});
	await client.connect();
	${afterwards}
});
test.after.always(async () => {
	await client?.end();
});
`;

/** Written by hand: a clone for each file, one connection, each test between BEGIN and ROLLBACK. */
export const handwrittenFile = `${ownDatabase()}${statements}`;

const withKysely = {
	imports: "import {Kysely, PostgresDialect} from 'kysely';\n",
	afterwards: `const one = Object.assign(client, {release() {}});
	db = new Kysely({dialect: new PostgresDialect({pool: {connect: async () => one, end: async () => {}}})});`,
};

/** The same, with statements that Kysely builds. */
export const handwrittenKyselyFile = `${ownDatabase(withKysely)}let db;${keepByKysely}${rolledBack}${serialTests.replace('keepInvoice(t, client)', 'keepInvoice(t, db)')}`;

/** Where variants that start containers of their own find their image and script. */
export const containerVariables = {image: 'BENCH_IMAGE', script: 'BENCH_SCRIPT'} as const;
