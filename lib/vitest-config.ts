export {withTdd, type VitestConfig} from './run/vitest/with-tdd.ts';
