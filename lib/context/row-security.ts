import type {RoleShape} from '../postgres/roles.ts';
import type {TemplateRecord} from '../template/record.ts';

/** What a test did past the policies of tables. */
export interface Bypass {
	readonly tables: readonly string[];
	/** The role it did so as. */
	readonly by: string;
}

/** Tells each test file once that policies did not bind its tests: such a test passes, whatever the policies say. */
export class RowSecurityNotice {
	#isTold = false;

	/** The tables that are worth a look: those that have policies, until a bypass was told. */
	watched({securedTables}: Pick<TemplateRecord, 'securedTables'>): readonly number[] {
		return this.#isTold ? [] : securedTables;
	}

	/** The line to show, as a list; an empty one when there was no bypass. */
	tell({tables, by}: Bypass, roles: readonly RoleShape[]): string[] {
		if (tables.length === 0 || this.#isTold) {
			return [];
		}

		this.#isTold = true;
		const bound = roles.find(({name, isExempt}) => !isExempt && name !== by)?.name ?? 'the_application';
		return [`This test used ${tables.join(', ')} as ${by}, whom row-level security does not bind (a superuser, BYPASSRLS, or an owner without FORCE): `
			+ `its policies did not apply. To test as the application does, write .with({role: '${bound}'}). This is said once a file.`];
	}
}

/** As whom the tests of a file run, unless they say otherwise, and what they are told about that. */
export interface Standing {
	/** The option `role`. */
	readonly role: string | undefined;
	readonly notice: RowSecurityNotice;
}
