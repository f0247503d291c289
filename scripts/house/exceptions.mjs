/**
 * Takes out the findings that an exception excuses. An exception without a reason, or one that excuses nothing any more,
 * is a finding itself: the list can only shrink by itself.
 */
export function applyExceptions(findings, exceptions, file) {
  const used = new Set();
  const left = findings.filter((finding) => {
    const exception = exceptions.find((each) => each.rule === finding.rule && each.file === finding.file);
    if (exception) used.add(exception);
    return !exception;
  });
  for (const exception of exceptions) {
    const name = `${exception.rule} in ${exception.file}`;
    if (!exception.reason?.trim()) left.push({ rule: "exception", file, message: `${name} has no reason` });
    if (!used.has(exception)) left.push({ rule: "exception", file, message: `${name} excuses nothing: remove it` });
  }
  return left;
}
