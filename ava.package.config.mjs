// The package as others get it: packed, installed into an empty project, used there on each Node. Installs from the registry, so it is a step of its own.
export default {files: ['tests/package/*.test.ts'], extensions: ['ts'], concurrency: 1, timeout: '5m'};
