/**
 * The SDK takes a stack trace of every promise that a workflow makes, for the UI's page of that name,
 * and formats it there and then: with the usual ten frames that is a quarter of what a call costs its
 * worker. One frame is left: where an error was thrown.
 */
Error.stackTraceLimit = 1;
