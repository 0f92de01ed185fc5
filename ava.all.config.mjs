import {withTdd} from 'dataflow-tdd/ava/config';

export default withTdd({files: ['tests/**/*.test.ts', '!tests/**/fixtures/**', '!tests/faults/**', '!tests/package/**'], timeout: '2m'});
