import {withTdd} from 'dataflow-tdd/ava/config';

export default withTdd({files: ['tests/**/*.test.ts', '!tests/**/fixtures/**'], timeout: '2m'});
