export {withTdd, type AvaConfig} from './run/with-tdd.ts';
