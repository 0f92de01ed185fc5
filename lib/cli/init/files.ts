/** A file that `dataflow-tdd init` writes where there is none of that name. */
export interface InitFile {
	/** Relative to the project, with slashes. */
	readonly name: string;
	readonly text: string;
}

/** What init found out about a project. */
export interface ProjectFacts {
	readonly isTypeScript: boolean;
	/** True if there is DDL already, so that an example of ours would be in its way. */
	readonly hasSchemas: boolean;
	readonly hasAvaConfig: boolean;
	/** Such as `npm ci`. */
	readonly install: string;
}

const avaConfig = ({isTypeScript}: ProjectFacts): string => `import {withTdd} from 'dataflow-tdd/ava/config';

export default withTdd({files: ['tests/**/*.test.${isTypeScript ? 'ts' : 'js'}']});
`;

const schema = `create table users (
	id integer generated always as identity primary key,
	name text not null,
	email text not null unique
);
`;

const exampleTest = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('an e-mail address belongs to one user', tddTestContext, async (t, {db, connection}) => {
	await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();

	const again = db.insertInto('users').values({name: 'Eve', email: 'ada@example.com'}).execute();
	await t.throwsAsync(again, {message: /users_email_key/});

	t.is(await connection.fetchValue('select count(*)::int from users'), 1);
});
`;

/** For a schema that is not ours: it fails if nothing of it is there. */
const schemaTest = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

test('the schema is there', tddTestContext, async (t, {connection}) => {
	const tables = await connection.fetchValue(\`
		select count(*)::int from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')\`);
	t.true(tables > 0);
});
`;

const workflow = ({install}: ProjectFacts): string => `name: tests
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - run: ${install}
      - run: npx ava
      - run: npx dataflow-tdd check
`;

const pullRequestTemplate = `## What and why

## Tests

- [ ] Tests that use the database use a fixture (\`tddTestContext\`, \`tddDataflow\`, \`tddSeededData\`, \`tddParallelSafe\`)
- [ ] Nothing of the database is mocked
- [ ] Each fixture is the smallest that does: a clone only for commits, several connections or code that takes a URL
- [ ] Tests stay in their budget (\`npx ava\` tells those that do not), and \`npx dataflow-tdd measure --check\` passes
- [ ] Tests run in any order: \`DATAFLOW_TDD_SHUFFLE=random npx ava\`
- [ ] Test data is made up: \`npx dataflow-tdd check\` passes
`;

/** What a project needs to begin, less what it has. */
export function initFiles(facts: ProjectFacts): readonly InitFile[] {
	const ending = facts.isTypeScript ? 'ts' : 'js';
	return [
		...facts.hasAvaConfig ? [] : [{name: 'ava.config.mjs', text: avaConfig(facts)}],
		...facts.hasSchemas ? [] : [{name: 'schemas/001_users.sql', text: schema}],
		facts.hasSchemas ? {name: `tests/schema.test.${ending}`, text: schemaTest} : {name: `tests/users.test.${ending}`, text: exampleTest},
		{name: '.github/workflows/tests.yml', text: workflow(facts)},
		{name: '.github/pull_request_template.md', text: pullRequestTemplate},
	];
}
