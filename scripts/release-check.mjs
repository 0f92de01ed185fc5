// Refuses a release whose parts do not agree: `node scripts/release-check.mjs v1.2.3`, before npm publish.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.dirname(import.meta.dirname);
const [tag = process.env.GITHUB_REF_NAME ?? ''] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const changelog = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
const problems = [];

if (tag !== `v${manifest.version}`) {
	problems.push(`The tag is '${tag}', and package.json says ${manifest.version}. One of them was not raised. Tag v${manifest.version}, or run npm version.`);
}

if (!changelog.split('\n').some(line => line.startsWith(`## [${manifest.version}]`))) {
	problems.push(`CHANGELOG.md has no section [${manifest.version}]. What is in this release still stands under Unreleased. Give it the version and the date.`);
}

if (!manifest.repository) {
	problems.push('package.json names no repository. Provenance is refused by npm where it is not the one that builds. Set repository, homepage and bugs.');
}

for (const script of ['preinstall', 'install', 'postinstall']) {
	if (manifest.scripts?.[script]) {
		problems.push(`package.json has the script ${script}, which would run on every machine that installs the package. The package promises to have none. Take it out.`);
	}
}

for (const problem of problems) {
	console.error(problem);
}

process.exitCode = problems.length > 0 ? 1 : 0;
