/** Numbers that ring nowhere. */
export interface PhoneRange {
	/** The calling code of its country. */
	readonly code: string;
	/** The first number without country code and trunk prefix, and how many there are. */
	readonly first: string;
	readonly count: number;
}

const range = (code: string, count: number, first: string): PhoneRange => ({code, first, count});

/** Ofcom, "Telephone numbers for use in TV and radio drama". */
const unitedKingdom = [
	'1134960000', '1144960000', '1154960000', '1164960000', '1174960000', '1184960000', '1214960000', '1314960000', '1414960000', '1514960000',
	'1614960000', '1632960000', '1914980000', '2079460000', '2896496000', '2920180000', '7700900000', '8081570000', '9098790000', '3069990000',
].map(first => range('44', 1000, first));

/** Bundesnetzagentur, "Rufnummern für Medienproduktionen", Mitteilung 148/2021. */
const germany = ['3023125000', '6990009000', '4066969000', '2214710000', '8999998000'].map(first => range('49', 1000, first));

/** Arcep, decision 2018-0881: for works of fiction. */
const france = ['199000000', '261910000', '353010000', '465710000', '536490000', '639980000'].map(first => range('33', 10_000, first));

/** ACMA, "Phone numbers for use in TV shows, films and creative works". */
const australia = [
	...['255500000', '270100000', '355500000', '370100000', '755500000', '770100000', '855500000', '870100000'].map(first => range('61', 10_000, first)),
	range('61', 4, '491570156'), range('61', 1, '491570110'),
];

/** Who keeps numbers free in a country, and which, in short. */
export const authorities: Readonly<Record<string, string>> = {
	1: 'the NANPA keeps 555-0100 to 555-0199 of each area code for fiction, and no other',
	44: 'Ofcom keeps 01632 960000 to 960999, 07700 900000 to 900999 and others for drama',
	49: 'the Bundesnetzagentur keeps 030 23125000 to 23125999 and others for fiction',
	33: 'Arcep keeps 01 99 00 00 00 to 01 99 00 99 99, 06 39 98 00 00 to 06 39 98 99 99 and others for fiction',
	61: 'the ACMA keeps (02) 5550 0000 to 5550 9999 and others for fiction',
};

/** All ranges but those of North America, which has one in each area code. */
export const phoneRanges: readonly PhoneRange[] = [...unitedKingdom, ...germany, ...france, ...australia];

/** Says whether a number is one that rings nowhere. Both are digits: the calling code, and the number without it. */
export function isReserved(code: string, number: string): boolean {
	return code === '1'
		? /^[2-9]\d{2}55501\d{2}$/.test(number)
		: phoneRanges.some(range => range.code === code && isIn(range, number));
}

function isIn({first, count}: PhoneRange, number: string): boolean {
	return number.length === first.length && Number(number) >= Number(first) && Number(number) < Number(first) + count;
}
