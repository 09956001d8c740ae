import type {
  BodyOf,
  DataOf,
  ForNobody,
  ParamsOf,
  QueryOf,
  RouteName,
} from '../contract/routes.js';

/** A request that is authenticated and validated. */
export interface ApiCall<N extends RouteName> {
  /** Until when whoever sent it may be answered, in milliseconds since the epoch. */
  readonly until: number;
  readonly userId: N extends ForNobody ? string | undefined : string;
  readonly params: ParamsOf<N>;
  /** 0 on routes without one. */
  readonly callId: number;
  readonly query: QueryOf<N>;
  readonly body: BodyOf<N>;
  readonly header: (name: string) => string | undefined;
}

export interface Answer<N extends RouteName> {
  readonly data: DataOf<N>;
  readonly headers?: Readonly<Record<string, string>>;
}
