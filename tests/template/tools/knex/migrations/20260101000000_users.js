/** @param {import("knex").Knex} knex */
export const up = knex => knex.schema.createTable('knex_users', table => {
	table.increments();
	table.text('email').notNullable().unique();
});

/** @param {import("knex").Knex} knex */
export const down = knex => knex.schema.dropTable('knex_users');
