/** How dbmate, goose, sql-migrate and node-pg-migrate mark the ways forth and back in one file. */
const up = String.raw`^[\t ]*--[\t -]*(?:migrate:up|\+goose[\t ]+Up|\+migrate[\t ]+Up|Up[\t ]+Migration)\b`;
const down = String.raw`^[\t ]*--[\t -]*(?:migrate:down|\+goose[\t ]+Down|\+migrate[\t ]+Down|Down[\t ]+Migration)\b`;
const section = new RegExp(`${down}[^]*?(?=${up}|(?![^]))`, 'gim');

/** Blanks the ways back in a migration of one file; what is left keeps its lines, as errors name them. */
export function withoutDown(text: string): string {
	return text.replace(section, lost => lost.replaceAll(/[^\n]/g, ''));
}
