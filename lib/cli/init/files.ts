import path from 'node:path';
import type {ExistingAva, TestPlace} from './ava-setup.ts';
import type {ExistingSchemas} from './schema-sources.ts';

/** A file that `dataflow-tdd init` writes where there is none of that name. */
export interface InitFile {
	/** Relative to the project, with slashes. */
	readonly name: string;
	/** Undefined for what is there already in a form of the project's own, and is only told of. */
	readonly text?: string;
}

/** What init found out about a project. */
export interface ProjectFacts {
	readonly isTypeScript: boolean;
	/** Undefined where the project has no DDL yet. */
	readonly schemas: ExistingSchemas | undefined;
	/** Undefined where AVA is not configured yet. */
	readonly ava: ExistingAva | undefined;
	/** What there is of `@types/node`, as the option `types` of TypeScript names it. */
	readonly typePackages: readonly string[];
	/** Where an example goes. */
	readonly place: TestPlace;
	/** A test that uses the harness, if there is one. */
	readonly test: string | undefined;
	/** Such as `npm ci`. */
	readonly install: string;
}

const avaConfig = ({place, schemas}: ProjectFacts): string => `import {withTdd} from 'dataflow-tdd/ava/config';

export default withTdd({files: ['${place.folder}**/*${place.ending}']}${schemas?.option === undefined ? '' : `, {schemas: ${schemas.option}}`});
`;

const schemaText = `create table users (
	id integer generated always as identity primary key,
	name text not null,
	email text not null unique
);
`;

/** The schema that a project begins with. */
export const exampleSchema = {name: 'schemas/001_users.sql', text: schemaText} as const;

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
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: 24
      - run: ${install}
      - run: npx ava
      - run: npx dataflow-tdd check --github
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

/** What the tests need of TypeScript: Node strips the types, and `npx tsc` checks them. Packages of types are found by themselves only where they are named. */
const tsconfig = ({typePackages, place}: ProjectFacts): string => `${JSON.stringify({
	compilerOptions: {
		target: 'es2024', module: 'nodenext', ...typePackages.length > 0 && {types: typePackages},
		strict: true, noEmit: true, allowImportingTsExtensions: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true, skipLibCheck: true,
	},
	include: [...new Set(['tests', path.posix.join(place.folder, '.'), 'seeds'])],
}, undefined, '\t')}\n`;

/** The names that the example may have. */
export const exampleNames = ({folder, ending}: TestPlace): readonly string[] => [`${folder}users${ending}`, `${folder}schema${ending}`];

function example({place, schemas, test}: ProjectFacts): InitFile {
	const [users, other] = exampleNames(place) as [string, string];
	return test === undefined ? {name: schemas ? other : users, text: schemas ? schemaTest : exampleTest} : {name: test};
}

/** What a project needs to begin; of that, what it has in a form of its own is without a text. */
export function initFiles(facts: ProjectFacts): readonly InitFile[] {
	return [
		facts.ava ? {name: facts.ava.name} : {name: 'ava.config.mjs', text: avaConfig(facts)},
		facts.schemas ? {name: facts.schemas.name} : exampleSchema,
		example(facts),
		...facts.isTypeScript ? [{name: 'tsconfig.json', text: tsconfig(facts)}] : [],
		{name: '.github/workflows/tests.yml', text: workflow(facts)},
		{name: '.github/pull_request_template.md', text: pullRequestTemplate},
	];
}
