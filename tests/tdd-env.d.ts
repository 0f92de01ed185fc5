// Written by `dataflow-tdd types` from the template database and the seeds folder. Do not edit: run it again.
import type {SeedPack} from 'dataflow-tdd';
import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type OrderStatus = "cancelled" | "draft" | "open" | "paid" | "shipped";

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Addresses {
  city: string;
  id: Generated<number>;
  street: string;
  user_id: number;
}

export interface Categories {
  id: Generated<number>;
  name: string;
  parent_id: number | null;
}

export interface LoyaltyBalances {
  points: number | null;
  user_id: number | null;
}

export interface LoyaltyEntries {
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  order_id: number | null;
  points: number;
  user_id: number;
}

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

export interface OrderStatusChanges {
  changed_at: Generated<Timestamp>;
  id: Generated<number>;
  new_status: OrderStatus;
  old_status: OrderStatus;
  order_id: number;
}

export interface OrderTotals {
  item_count: number | null;
  order_id: number | null;
  total_cents: number | null;
}

export interface ProductImages {
  file: string;
  id: Generated<number>;
  position: number;
  product_id: number;
}

export interface ProductRatings {
  average_rating: number | null;
  product_id: number | null;
  review_count: number | null;
}

export interface Products {
  category_id: number | null;
  id: Generated<number>;
  is_active: Generated<boolean>;
  name: string;
  price_cents: number;
  sku: string;
  stock: Generated<number>;
}

export interface Returns {
  id: Generated<number>;
  order_id: number;
  product_id: number;
  quantity: number;
  reason: string;
  requested_at: Generated<Timestamp>;
}

export interface Reviews {
  body: string | null;
  created_at: Generated<Timestamp>;
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
  phone: string | null;
  role: Generated<string>;
}

export interface DB {
  addresses: Addresses;
  categories: Categories;
  loyalty_balances: LoyaltyBalances;
  loyalty_entries: LoyaltyEntries;
  order_items: OrderItems;
  order_status_changes: OrderStatusChanges;
  order_totals: OrderTotals;
  orders: Orders;
  product_images: ProductImages;
  product_ratings: ProductRatings;
  products: Products;
  returns: Returns;
  reviews: Reviews;
  users: Users;
}

declare module 'dataflow-tdd' {
	interface Register {
		database: DB;
		seeds: typeof import('../seeds/index.js')
			& {"returns": SeedPack<'returns', undefined>};
	}
}
