export interface AdmissionRequest {
  readonly callerId: string;
  readonly calleeIds: readonly string[];
  readonly channel: 'rtc' | 'robot' | 'phone';
  readonly callType: 'audio' | 'video';
  readonly conversationId?: string;
}

/** `unavailable`: no answer that can be trusted; nobody may be rung on a guess. */
export type AdmissionAnswer = 'allowed' | 'refused' | 'unavailable';

/** Whether this caller may call these people. Asked before anything is reserved; never throws. */
export interface Admission {
  /** Whoever asks is allowed: there is nobody to be asked. */
  readonly isOpen?: true;
  ask(request: AdmissionRequest): Promise<AdmissionAnswer>;
}
