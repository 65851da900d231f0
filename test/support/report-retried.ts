import type { Reporter, TestCase } from 'vitest/node';

/** Prints what a test failed with that passed on its second try: else nobody would learn why it was tried again. */
export class ReportRetried implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state !== 'passed') return;
    for (const { message, stack } of errors ?? []) {
      process.stderr.write(
        `Tried again: ${test.module.relativeModuleId} > ${test.fullName}\n${stack ?? message}\n`,
      );
    }
  }
}
