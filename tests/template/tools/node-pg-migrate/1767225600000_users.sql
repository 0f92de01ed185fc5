-- Up Migration
create table npm_users (id integer generated always as identity primary key, email text not null unique);

-- Down Migration
drop table npm_users;
