/** The node that writes this DATA_DIR's journal. One folder belongs to one node; its name goes with the folder. */
export const NODE = 'main';
