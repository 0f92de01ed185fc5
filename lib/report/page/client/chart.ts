import {BarController, BarElement, CategoryScale, Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip, type ChartConfiguration} from 'chart.js';
import {h} from './dom.ts';
import {colour, type ThemeSwitch} from './theme.ts';

Chart.register(BarController, BarElement, CategoryScale, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

/** Charts in the page's colours. Each is drawn when it comes into view, so that opening the page draws none that nobody sees. */
export class Charts {
	readonly #theme: ThemeSwitch;

	constructor(theme: ThemeSwitch) {
		this.#theme = theme;
	}

	/** A chart with what it says in words, for those who do not see it. It is made anew when the colours change. */
	add(name: string, config: () => ChartConfiguration): {readonly element: HTMLElement; readonly redraw: (name: string) => void} {
		const canvas = h('canvas', {'role': 'img', 'aria-label': name});
		const element = h('div', {class: 'chart'}, canvas);
		let chart: Chart | undefined;
		const draw = (): void => {
			chart?.destroy();
			chart = new Chart(canvas, withDefaults(config()));
		};
		const seen = new IntersectionObserver(entries => {
			if (entries.some(({isIntersecting}) => isIntersecting)) {
				seen.disconnect();
				draw();
			}
		}, {rootMargin: '200px'});
		seen.observe(element);
		this.#theme.onChange(() => chart && draw());
		return {element, redraw: words => {
			canvas.setAttribute('aria-label', words);
			if (chart) {
				draw();
			}
		}};
	}
}

function withDefaults(config: ChartConfiguration): ChartConfiguration {
	const [text, line] = [colour('muted'), colour('line')];
	Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
	Chart.defaults.font.size = 12;
	Chart.defaults.color = text;
	Chart.defaults.borderColor = line;
	Object.assign(Chart.defaults.plugins.tooltip, {
		backgroundColor: colour('text'), titleColor: colour('surface'), bodyColor: colour('surface'), displayColors: false, padding: 8, cornerRadius: 4, animation: false,
	});
	return {...config, options: {animation: false, responsive: true, maintainAspectRatio: false, normalized: true, ...config.options}};
}
