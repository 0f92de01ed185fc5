create table customers (
	id int generated always as identity primary key,
	name text not null,
	email text not null unique,
	city text not null default 'Utrecht'
);
create table products (
	id int generated always as identity primary key,
	sku text not null unique,
	name text not null,
	price_cents int not null check (price_cents >= 0),
	stock int not null default 0
);
create table orders (
	id int generated always as identity primary key,
	customer_id int not null references customers,
	placed_on date not null,
	state text not null default 'open'
);
create index orders_customer on orders (customer_id);
create table order_lines (
	id int generated always as identity primary key,
	order_id int not null references orders on delete cascade,
	product_id int not null references products,
	quantity int not null check (quantity > 0)
);
create index order_lines_order on order_lines (order_id);
