-- A return names a line of an order, not only the order: what was never bought cannot come back.
create table returns (
	id integer generated always as identity primary key,
	order_id integer not null,
	product_id integer not null,
	quantity integer not null check (quantity > 0),
	reason text not null check (reason in ('damaged', 'wrong item', 'changed mind')),
	requested_at timestamptz not null default now(),
	constraint returns_bought_item foreign key (order_id, product_id) references order_items (order_id, product_id)
);

-- Points earned have an order and are positive, points spent have none and are negative.
create table loyalty_entries (
	id integer generated always as identity primary key,
	user_id integer not null references users (id),
	order_id integer unique references orders (id),
	points integer not null,
	created_at timestamptz not null default now(),
	check ((order_id is not null) = (points > 0))
);

create view loyalty_balances as
	select user_id, sum(points)::integer as points from loyalty_entries group by user_id;
