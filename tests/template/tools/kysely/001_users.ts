import type {Kysely} from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
	await db.schema.createTable('kysely_users').addColumn('id', 'integer', column => column.primaryKey().generatedAlwaysAsIdentity()).addColumn('email', 'text', column => column.notNull().unique()).execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await db.schema.dropTable('kysely_users').execute();
}
