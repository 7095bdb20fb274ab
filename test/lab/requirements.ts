export async function checkRequirements(): Promise<void> {}
