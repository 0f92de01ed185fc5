-- migrate:up
create table dbmate_users (id integer generated always as identity primary key, email text not null unique);

-- migrate:down
drop table dbmate_users;
