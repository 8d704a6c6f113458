/** How far the end of the process has come. */
export interface State {
  /** New requests are still served, but load balancers should send no more. */
  isDraining: boolean;
  /** New requests are answered 503, and those in flight finish. */
  isClosing: boolean;
}
