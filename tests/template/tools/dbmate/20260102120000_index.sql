-- migrate:up transaction:false
create index concurrently dbmate_users_lower on dbmate_users (lower(email));

-- migrate:down transaction:false
drop index concurrently dbmate_users_lower;
