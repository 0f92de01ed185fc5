export {globalSetup, globalTeardown, withTdd, type GlobalSetup} from './run/node-test/setup.ts';
