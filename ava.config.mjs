import {withTdd} from 'dataflow-tdd/ava/config';

export default withTdd({files: ['tests/examples/**/*.test.ts']});
