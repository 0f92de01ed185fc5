// Faults done for real. Each run inside of a test has folders and a keeper of its own, so nothing is set up here.
export default {files: ['tests/faults/*.test.ts'], extensions: ['ts'], concurrency: 2, timeout: '3m'};
