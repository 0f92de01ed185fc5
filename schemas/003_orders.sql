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

-- The price is the one at which it was sold. The product is checked at the commit, because an import may bring orders
-- before the products that they name.
create table order_items (
	order_id integer not null references orders (id) on delete cascade,
	product_id integer not null constraint order_items_product_exists references products (id) deferrable initially deferred,
	quantity integer not null check (quantity > 0),
	price_cents integer not null check (price_cents >= 0),
	primary key (order_id, product_id)
);

create view order_totals as
	select order_id, count(*)::integer as item_count, sum(quantity * price_cents)::integer as total_cents
	from order_items group by order_id;

-- Each change of an order's status, written by the database, so that no code can forget it. `changed_at` goes on within a
-- transaction, unlike now(): two changes in one transaction are told apart.
create table order_status_changes (
	id integer generated always as identity primary key,
	order_id integer not null references orders (id) on delete cascade,
	old_status order_status not null,
	new_status order_status not null,
	changed_at timestamptz not null default clock_timestamp()
);

create function log_order_status() returns trigger language plpgsql as $$
begin
	insert into order_status_changes (order_id, old_status, new_status) values (new.id, old.status, new.status);
	return null;
end
$$;

create trigger orders_log_status after update of status on orders
	for each row when (old.status is distinct from new.status) execute function log_order_status();
