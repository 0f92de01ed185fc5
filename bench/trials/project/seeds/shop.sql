insert into customers (name, email, city)
	select 'Customer ' || n, 'customer' || n || '@example.com', (array['Utrecht', 'Gent', 'Graz', 'Turku'])[1 + n % 4] from generate_series(1, 200) n;
insert into products (sku, name, price_cents, stock)
	select 'SKU-' || n, 'Product ' || n, 100 + (n * 37) % 900, 10 + n % 90 from generate_series(1, 300) n;
insert into orders (customer_id, placed_on, state)
	select 1 + (n * 7) % 200, date '2024-01-01' + n % 366, (array['open', 'paid', 'shipped'])[1 + n % 3] from generate_series(1, 1000) n;
insert into order_lines (order_id, product_id, quantity)
	select 1 + n % 1000, 1 + (n * 13) % 300, 1 + n % 5 from generate_series(1, 3000) n;
