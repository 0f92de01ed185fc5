create type order_status as enum ('draft', 'open', 'paid', 'shipped', 'cancelled');

create table orders (
	id integer generated always as identity primary key,
	user_id integer not null references users (id),
	status order_status not null default 'draft',
	created_at timestamptz not null default now(),
	paid_at timestamptz,
	constraint orders_paid_at_matches_status check ((status in ('paid', 'shipped')) = (paid_at is not null))
);

create index orders_user_id_index on orders (user_id);

create table order_items (
	order_id integer not null references orders (id) on delete cascade,
	product_id integer not null references products (id) deferrable initially deferred,
	quantity integer not null check (quantity > 0),
	price_cents integer not null check (price_cents >= 0),
	primary key (order_id, product_id)
);

create view order_totals as
	select order_id, sum(quantity * price_cents)::integer as total_cents from order_items group by order_id;
