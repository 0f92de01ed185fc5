import {Command} from 'commander';

/** A command that knows how it is called: its help shows the examples, and its errors the first of them. */
export class CliCommand extends Command {
	#examples: readonly string[] = [];

	override createCommand(name?: string): CliCommand {
		return new CliCommand(name);
	}

	/** How it is called: `dataflow-tdd snapshot key`. */
	get path(): string {
		return this.parent ? `${(this.parent as CliCommand).path} ${this.name()}` : this.name();
	}

	/** Without what explains it. */
	get firstExample(): string | undefined {
		return this.#examples[0]?.split(' # ')[0]?.trim();
	}

	/** What stands below the options: a text, if need be, and examples, which may end in ` # ` and what they are good for. */
	addExamples(examples: readonly string[], text?: string): this {
		this.#examples = examples;
		const title = examples.length === 1 ? 'Example' : 'Examples';
		return this.addHelpText('after', `\n${text === undefined ? '' : `${text.trim()}\n\n`}${title}:\n${alignComments(examples).map(line => `  ${line}`).join('\n')}`);
	}
}

function alignComments(examples: readonly string[]): string[] {
	const pairs = examples.map(example => example.split(' # '));
	const width = Math.max(...pairs.filter(([, comment]) => comment !== undefined).map(([call]) => call!.length));
	return pairs.map(([call, comment]) => comment === undefined ? call! : `${call!.padEnd(width)}  # ${comment}`);
}
