/** Fails a release whose tag, package.json and CHANGELOG.md do not speak of the same version: `node scripts/check-release.mjs v1.2.0`. */
import {readFileSync} from 'node:fs';
import process from 'node:process';

const {version, private: isPrivate, repository, scripts = {}} = JSON.parse(readFileSync('package.json', 'utf8'));
const [, , tag] = process.argv;
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const source = typeof repository === 'string' ? repository : repository?.url ?? '';
const {GITHUB_REPOSITORY: slug} = process.env;
const faults = [
	tag !== `v${version}` && `The tag is ${tag}, and package.json says ${version}.`,
	!new RegExp(String.raw`^## \[${version.replaceAll('.', String.raw`\.`)}\] - \d{4}-\d\d-\d\d$`, 'm').test(changelog) && `CHANGELOG.md has no "## [${version}] - YYYY-MM-DD".`,
	isPrivate === true && 'package.json is private.',
	...['preinstall', 'install', 'postinstall'].map(name => scripts[name] && `package.json has the script ${name}, which would run wherever the package is installed.`),
	repository === undefined && 'package.json names no "repository": npm refuses provenance.',
	// The registry compares the two and refuses provenance otherwise.
	slug !== undefined && repository !== undefined && !source.replace(/\.git$/, '').endsWith(slug) && `"repository" in package.json is ${source || 'missing'}, and this is ${slug}: npm refuses provenance.`,
].filter(Boolean);
for (const fault of faults) {
	console.error(process.env.GITHUB_ACTIONS === 'true' ? `::error::${fault}` : fault);
}

process.exitCode = faults.length === 0 ? 0 : 1;
