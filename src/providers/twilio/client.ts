import twilio from 'twilio';

/** A placing is given up by its activity after eight seconds, and is looked for within them. */
const WRITE_WITHIN_MS = 3_500;
const READ_WITHIN_MS = 1_500;

export interface TwilioAccess {
  /** Where the API is, for example `https://api.twilio.com`. */
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
}

type Request<T> = Parameters<typeof twilio.RequestClient.prototype.request<T>>[0];

/** Sends nothing twice, and everything to one place, whatever the SDK or its variables say. */
class BoundedClient extends twilio.RequestClient {
  readonly #url: string;

  constructor(url: string) {
    super({ autoRetry: false, timeout: WRITE_WITHIN_MS });
    this.#url = url.replace(/\/$/, '');
  }

  override request<T>(options: Request<T>) {
    const { pathname, search } = new URL(options.uri);
    const timeout = options.method === 'get' ? READ_WITHIN_MS : WRITE_WITHIN_MS;
    return super.request<T>({ ...options, uri: this.#url + pathname + search, timeout });
  }
}

/** @throws Error when the account sid is none. */
export const createTwilioClient = ({ url, accountSid, authToken }: TwilioAccess): twilio.Twilio =>
  twilio(accountSid, authToken, { autoRetry: false, httpClient: new BoundedClient(url) });
