-- needs: shop
--
-- A pack in SQL: for rows that no test asks for by name. It finds the shop's rows by what they are, not by their ids.
insert into returns (order_id, product_id, quantity, reason, requested_at)
select orders.id, products.id, 1, 'damaged', '2024-03-10 08:00+00'
from orders
join order_items on order_items.order_id = orders.id
join products on products.id = order_items.product_id
where orders.status = 'shipped' and products.sku in ('GLOBE', 'PEN')
order by products.sku;
