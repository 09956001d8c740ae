/** The data centre in which the application was created, wherever its users are. */
const HOSTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    china: 'console.tim.qq.com',
    singapore: 'adminapisgp.im.qcloud.com',
    seoul: 'adminapikr.im.qcloud.com',
    frankfurt: 'adminapiger.im.qcloud.com',
    siliconvalley: 'adminapiusa.im.qcloud.com',
    jakarta: 'adminapiidn.im.qcloud.com',
  }),
);

const explicit = (place: string): URL | undefined => {
  const url = URL.canParse(place) ? new URL(place) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
};

/** @throws RangeError for what is neither a region of the list nor an http(s) URL. */
export function callRestUrl(place: string): URL {
  const host = HOSTS.get(place.toLowerCase().replaceAll(' ', ''));
  const url = host === undefined ? explicit(place) : new URL(`https://${host}`);
  if (url !== undefined) return url;
  throw new RangeError(
    'must be China, Singapore, Seoul, Frankfurt, Silicon Valley, Jakarta, or an http(s) URL',
  );
}
