-- Who may do what. Roles belong to a whole server, which may have them from an earlier schema.
do $$
declare
	role text;
begin
	foreach role in array array['shop_owner', 'shop_app'] loop
		begin
			execute format('create role %I', role);
		exception when duplicate_object or unique_violation then null;
		end;
	end loop;
end
$$;

-- Where goods go. A customer sees and writes addresses of their own; the application says on whose behalf it works.
create table addresses (
	id integer generated always as identity primary key,
	user_id integer not null references users (id) on delete cascade,
	street text not null check (street <> ''),
	city text not null check (city <> '')
);

create index addresses_user_id_index on addresses (user_id);

-- Once a session has set it, a setting that is gone is an empty text, which is no number.
create function acting_user_id() returns integer language sql stable as $$
	select nullif(current_setting('app.user_id', true), '')::integer
$$;

-- An owner passes by the policies of a table, unless they are forced.
alter table addresses owner to shop_owner;
alter table addresses enable row level security, force row level security;
create policy addresses_of_oneself on addresses using (user_id = acting_user_id());

grant select, insert on users to shop_app;
grant select on categories, products, product_images to shop_app;
grant select, insert, update, delete on addresses to shop_app;
