import type { Control } from '../../infra/control/control.ts';
import { CliError } from './errors.ts';

/**
 * Takes back what changes made through a control API have left of a stack that stays up. Returns the names of what it was.
 * @throws NOT_REVERTED when something of it could not be taken back
 */
export async function takeBack(control: Control): Promise<string[]> {
  const { reverted, failed } = await control.revertAll();
  if (failed.length > 0)
    throw new CliError(
      'NOT_REVERTED',
      `the stack is left up with changes that could not be taken back: ${failed.map(({ thing, error, message }) => `${thing} (${error}: ${message.trim()})`).join('; ')}`,
    );
  return reverted.map(({ thing }) => thing);
}
