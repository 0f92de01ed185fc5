create table reviews (
	id integer generated always as identity primary key,
	product_id integer not null references products (id) on delete cascade,
	user_id integer not null references users (id),
	rating smallint not null check (rating between 1 and 5),
	body text,
	is_published boolean not null default false,
	created_at timestamptz not null default now(),
	constraint reviews_one_for_each_user unique (product_id, user_id)
);

create view product_ratings as
	select product_id, count(*)::integer as review_count, round(avg(rating), 1)::float8 as average_rating
	from reviews where is_published group by product_id;

create function publish_review(review_id integer) returns void language plpgsql as $$
begin
	update reviews set is_published = true where id = review_id;
	if not found then
		raise exception 'there is no review %', review_id using errcode = 'no_data_found';
	end if;
end
$$;
