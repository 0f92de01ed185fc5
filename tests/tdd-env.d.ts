// Written by `dataflow-tdd types` from the template database and the seeds folder. Do not edit: run it again.
import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type OrderStatus = "cancelled" | "draft" | "open" | "paid" | "shipped";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface OrderItems {
  order_id: number;
  price_cents: number;
  product_id: number;
  quantity: number;
}

export interface Orders {
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  paid_at: Timestamp | null;
  status: Generated<OrderStatus>;
  user_id: number;
}

export interface OrderTotals {
  order_id: number | null;
  total_cents: number | null;
}

export interface Products {
  id: Generated<number>;
  is_active: Generated<boolean>;
  name: string;
  price_cents: number;
  sku: string;
  stock: Generated<number>;
}

export interface Reviews {
  body: string | null;
  id: Generated<number>;
  is_published: Generated<boolean>;
  product_id: number;
  rating: number;
  user_id: number;
}

export interface Users {
  created_at: Generated<Timestamp>;
  email: string;
  id: Generated<number>;
  name: string;
  role: Generated<string>;
}

export interface DB {
  order_items: OrderItems;
  order_totals: OrderTotals;
  orders: Orders;
  products: Products;
  reviews: Reviews;
  users: Users;
}

declare module 'dataflow-tdd' {
	interface Register {
		database: DB;
		seeds: typeof import('../seeds/shop.js');
	}
}
