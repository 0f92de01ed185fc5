import {orderTests} from './_orders.js';

orderTests('orders');
