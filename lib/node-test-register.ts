import './run/node-test/register.ts';
