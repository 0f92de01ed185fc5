import {orderTests} from './_orders.js';

orderTests('invoices');
