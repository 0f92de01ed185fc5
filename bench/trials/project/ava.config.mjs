import {withTdd} from 'dataflow-tdd/ava/config';

export default withTdd({files: ['tests/*.test.js'], timeout: '2m'}, {server: 'embedded'});
